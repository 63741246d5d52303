"""Which questions can this log answer?"""
