"""The way back to the resident: who may be written to, what is said, and how it is sent.

``signing`` makes the codes that open a request, ``policy`` decides whether somebody may be written to, ``planning`` writes what is to be
said in the transaction of the message that it answers, ``texts`` finds the words, ``sending`` delivers them through the outbox.
"""
