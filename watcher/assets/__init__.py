"""What tokens are called, and what they are worth.

- ``names``      symbol and decimals of every token that was ever seen
- ``prices``     a chain's prices as of a block, from the sources below
- ``market``     what a family reads on its chain for them
- ``depth``      what a token is worth by its pools
- ``price_api``  a keyless HTTP source, behind the chain's own and to check on them
- ``agreement``  whether two sources agree
"""
