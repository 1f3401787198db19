"""Chains in, alerts out: from a node's block to the outbox in the database.

The five stages, in the order of the alphabet as in the order of the data:

- ``collect``  node → blocks: every one once, in order, linked to its parent
- ``decode``   block → transactions with their transfers, where a glance says that it may matter
- ``enrich``   transfers → movements: net per address, named and priced
- ``match``    movements × watches → matches
- ``notify``   matches → alerts, in one transaction with the chain's cursor

around them

- ``weigh``    what a transaction can be worth at most, at a glance: most concern nobody
- ``concern``  what of a batch somebody is to be told: where enrich and match are put to work
- ``strangers``  tokens at watched addresses whose name or price is to be found out first
- ``noise``    what is not to be believed, or not worth a message, and by which rule
- ``foresight``  names and prices of the next batch, asked for while the one before is committed
- ``slices``   how a large block keeps no other chain waiting
- ``follow``   one chain: its lease, its loop, what it publishes
- ``rest``     whether an operator lets the chain rest
- ``stages``   a batch's way through decode, enrich, match and notify
- ``fill``     a chain's gaps, each from a cursor of its own
- ``coverage`` what a step left out or could not verify, recorded with it
- ``branch``   from a block that does not follow the cursor down to where it leaves ours
- ``holdup``   how long no node has handed out the next block
- ``poison``   what Spyhop itself cannot work on, left out rather than stood still at
- ``witnesses``  all nodes asked, where one's word is not enough
- ``progress`` what is committed at once, at the head or in a gap
- ``learned``  names and prices that a transaction needs, found out between two attempts
- ``retelling``  what a reorg makes of what chats were told
- ``settle``   how far the cursor's branch is safe and finalized
- ``unlatch``  an operator's decision to follow a rewrite of what was final
- ``pursuits`` transactions that chats asked to be followed
- ``gas``      what transactions cost, published at each block
- ``family``   what a chain family provides
- ``rpc``      nodes with breakers, and the pool that falls back between them
- ``evm``      the chain family: how its blocks are fetched and read
- ``assets``   what tokens are called, and what they are worth
- ``upkeep``   forgets what is older than its retention
- ``wiring``   where a process's parts are put together
- ``instruments``  what is counted for Prometheus
"""
