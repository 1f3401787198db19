"""The catalogs of translations: ``<language>/LC_MESSAGES/spyhop.po``, and how they are kept.

- ``extraction``  the texts that the code says
- ``__main__``    ``make locales``: brings the catalogs up to date with them
"""
