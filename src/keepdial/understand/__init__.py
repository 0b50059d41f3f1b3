"""Understanding: from what a person says to the ordered steps that are done.

sentence -> grammar or language model -> Plan -> Request -> resolve -> the steps with nothing left open
"""
