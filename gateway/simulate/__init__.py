"""Residents of a city that does not exist, who talk to a running gateway over its real protocols.

words    what they say: streets, names, problems, moods, in French and English
city     who says what about what: reports, repeats, follow-ups, out-of-office answers, spam, emergencies, a storm
mail     a message as the bytes of an e-mail, and a photograph
senders  over SMTP or LMTP, as JSON, and as Twilio would
run      when: a Poisson process in real time, and the summary

Everything is drawn from one seed: the same seed says the same things in the same order, under new ids.
"""
