from rates import VAT


def gross(net):
    return round(net * (1 + VAT), 2)


TABLE = {net: gross(net) for net in (10, 20)}
