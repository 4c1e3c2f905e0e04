"""For maintainers: the yearly update of the rates of the capacity tariff."""
