"""The EVM family: Ethereum, and everything that answers like it.

blocks, in the order in which one is had
- ``fetch``      a chain's blocks: the nodes' exchanges, and who is asked
- ``heads``      the newest block that the nodes tell of
- ``hashes``     which block each node has at a height
- ``tags``       how far the chain is safe and finalized
- ``abilities``  what each node can do, and so the plan by which its blocks are had
- ``probe``      gets to know nodes that nobody has needed yet
- ``batches``    how many blocks are fetched at once
- ``several``    many questions of a kind to one node
- ``contents``   what is in blocks: receipts, or logs, or filtered logs
- ``outcomes``   what became of transactions, where there are logs only
- ``checks``     whether it can be true
- ``doubts``     a block that contradicts its header: a lie, or a check that does not hold
- ``traces``     what moved inside transactions, where that is asked for
- ``whole``      body, contents and checks together
- ``block``      the block that comes out

single transactions
- ``lookup``     pending, in a block, or not known
- ``rivals``     who was mined in another's place
- ``found``      one transaction's JSON and its receipt's, read

what they are made of
- ``wire``       the JSON of blocks and receipts, as typed structs
- ``keccak``     the hash

what is read off them, and off contracts
- ``glance``     what may have moved, seen at a glance while a block is still in hex
- ``texts``      many hex texts at once
- ``transfers``  what moved, exactly
- ``fees``       what its transactions paid for gas
- ``multicall``  many contract reads in one call
- ``metadata``   what tokens call themselves
- ``market``     feeds and pools, as of a block, in one call as a rule
- ``chainlink``  which rounds of feeds are prices
- ``bounds``     between which answers a feed can tell the truth
- ``sequencer``  whether a rollup's sequencer is up
- ``pools``      which pools a token has, and what they offer
"""
