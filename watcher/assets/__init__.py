"""What tokens are called, and what they are worth.

- ``names``      symbol and decimals of every token that was ever seen
- ``prices``     a chain's prices as of a block
- ``price_api``  a keyless HTTP source, for tokens that have no feed on the chain
"""
