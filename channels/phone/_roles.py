"""Who of a call's speakers is the agent and who the caller: by what the source says, by name, by what is said, by who answers.

Does not: tell two callers on one line apart, nor an agent from the one that the call was handed over to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from channels.phone._turns import Role, Transcript, Turn
from normalizer.words import fold

_AGENTS = frozenset("agent agente operator operateur operatrice representative rep csr clerk staff advisor adviser host preposee prepose "
                    "repartiteur repartitrice conseiller conseillere internal assistant bot ivr system 311 callee dispatcher employee "
                    "employe receptionist ville city".split())  # fmt: skip
_CALLERS = frozenset("caller customer client cliente citizen citoyen citoyenne resident residente external user guest appelant appelante "
                     "consumer requester usager usagere contributor".split())  # fmt: skip

_AGENT_SAYS = (
    (re.compile(r"\b(how (may|can) i (help|assist)|how may i direct|what can i (do|help))"), 3),
    (re.compile(r"\b(comment (puis je|je peux|est ce que je peux) vous aider|en quoi puis je|que puis je faire pour vous)"), 3),
    (re.compile(r"^(hello |hi |good (morning|afternoon|evening) |bonjour |bonsoir )?(ville de |city of |the city |services? )?"
                r"(311|three one one|trois un un|city|town of|ville)\b"), 2),
    (re.compile(r"\b(thank you for calling|thanks for calling|you ve reached|merci d avoir appele|merci d appeler|vous avez joint)"), 3),
    (re.compile(r"\b(your (service )?(request|case|ticket|reference|confirmation) number|votre numero de (demande|dossier|requete))"), 3),
    (re.compile(r"\b(is there anything else|anything else i can|est ce qu il y a autre chose|autre chose que je puisse)"), 2),
    (re.compile(r"\b(may i have your|can i (get|have) your|could i (get|have) your|quel est votre|puis je avoir votre|votre adresse)"), 2),
    (re.compile(r"\b(is that (correct|right)|did i get that right|just to confirm|let me (confirm|read that back|repeat)|to confirm|"
                r"est ce (bien|exact)|c est bien (ca|cela|le|la)|je confirme|si je comprends bien|pour confirmer)"), 2),
    (re.compile(r"\b(i ll (submit|create|file|put in|open) (a|the|this|your)|i ve (created|submitted|opened)|"
                r"je (vais creer|cree|vais ouvrir|transmets|vais transmettre))"), 2),
)  # fmt: skip
_CALLER_SAYS = re.compile(
    r"\b(i (want|d like|would like|need) to (report|complain)|i m calling (about|because|to)|there (is|s) an?|calling to report|"
    r"je (voudrais|veux|souhaite|tiens a) (signaler|faire|me plaindre)|j appelle (pour|parce|car|au sujet)|il y a (un|une|des)|"
    r"on my street|in front of my|devant chez moi|dans ma rue|my neighbou?r|mon voisin)"
)  # fmt: skip


def role_of(word: str) -> Role:
    """The role that a source's word names (``CUSTOMER``, ``Agent 1``, ``préposée``), else unknown."""
    for part in fold(word[:60]).split():
        if part in _AGENTS:
            return "agent"
        if part in _CALLERS:
            return "caller"
    return "unknown"


def assign(transcript: Transcript) -> None:
    """Give every turn a role where that can be found out; notes what was guessed."""
    turns = transcript.turns
    for turn in turns:
        if turn.role == "unknown" and turn.speaker:
            turn.role = _named(turn.speaker, transcript)
    open_turns = [turn for turn in turns if turn.role == "unknown"]
    if not open_turns:
        return
    named = [turn for turn in open_turns if turn.speaker]
    speakers = list(dict.fromkeys(turn.speaker for turn in named))
    known = {turn.role for turn in turns if turn.role != "unknown"}
    if known:
        other: Role = "caller" if "agent" in known else "agent"
        for turn in named:
            turn.role = other
    elif len(speakers) > 1:
        _by_words(transcript, named, speakers)
    _one_voice([turn for turn in open_turns if turn.role == "unknown"])


def _named(speaker: str, transcript: Transcript) -> Role:
    name = speaker.casefold()
    if transcript.agent and name == transcript.agent.casefold():
        return "agent"
    if (transcript.caller_name and name == transcript.caller_name.casefold()) or (transcript.caller and name == transcript.caller):
        return "caller"
    return role_of(speaker)


def _by_words(transcript: Transcript, turns: Sequence[Turn], speakers: Sequence[str]) -> None:
    """The speaker who talks most like an agent is the agent; where nobody does, the one who spoke first, because he answered."""
    scores = {speaker: sum(map(_likeness, (turn for turn in turns if turn.speaker == speaker))) for speaker in speakers}
    best = max(speakers, key=lambda speaker: scores[speaker])
    if scores[best] == min(scores.values()):
        best = speakers[0]
        transcript.notes.append("who is the agent was guessed: the one who spoke first")
    for turn in turns:
        turn.role = "agent" if turn.speaker == best else "caller"


def _one_voice(turns: Sequence[Turn]) -> None:
    """Nobody is named: a turn that only an agent says is the agent's, the others may be anybody's."""
    for turn in turns:
        if _likeness(turn) >= 3:
            turn.role = "agent"


def _likeness(turn: Turn) -> int:
    said = " ".join(fold(turn.text[:2_000]).split())
    return sum(points for pattern, points in _AGENT_SAYS if pattern.search(said)) - (2 if _CALLER_SAYS.search(said) else 0)
