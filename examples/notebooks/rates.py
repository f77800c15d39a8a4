VAT = 0.1
