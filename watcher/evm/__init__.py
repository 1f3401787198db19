"""The EVM family: Ethereum, and everything that answers like it.

- ``wire``       the JSON of blocks and receipts, as typed structs
- ``fetch``      a chain's blocks with their receipts, checked
- ``transfers``  what moved in a block
- ``multicall``  many contract reads in one call
- ``metadata``   what tokens call themselves
- ``chainlink``  prices from feeds on the chain
"""
