"""Every module in this folder is a plugin: `TITLE`, and `discount(cart, currency)`."""
