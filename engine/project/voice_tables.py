"""The tables of recorded voices and of their owners' leave, beside those in tables.py.

consent_ledger                         who gave leave for what; only ever added to
challenges                             statements to be read, each once and soon
guest_links                            one person, one voice, one visit
voices -< samples                      what a profile is made of
voices -< shaped_voices                characters bent from a voice
export_voices                          whose voices are in an audiobook that was made
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Integer, Table, Text

from engine.project.tables import metadata

consent_ledger = Table(
    "consent_ledger",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),  # canonical JSON: the hash is of these very letters
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("signature", Text, nullable=False),
)

challenges = Table(
    "challenges",
    metadata,
    Column("id", Text, primary_key=True),
    Column("voice", Text, nullable=False),
    Column("terms", JSON, nullable=False),
    Column("wording", Text, nullable=False),
    Column("words", JSON, nullable=False),
    Column("issued_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("used_at", Text, nullable=False),  # "" until a recording was handed in, whatever came of it
)

voices = Table(
    "voices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),  # what a person types: lower case, no spaces
    Column("label", Text, nullable=False),
    Column("folder", Text, nullable=False),  # inside the workspace's voices/
    Column("person", Text, nullable=False),
    Column("state", Text, nullable=False),  # "recording", "ready", "revoked", "expired"
    Column("created_at", Text, nullable=False),
)

samples = Table(
    "samples",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("voice_id", Integer, ForeignKey("voices.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),  # Sample.id, the file's stem
    Column("sha256", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("words", Text, nullable=False),
    Column("recording", Text, nullable=False),  # file name of the recording it was cut from; "" when not kept
    Column("chosen", Boolean, nullable=False),
    Column("scorecard", JSON),
)

guest_links = Table(
    "guest_links",
    metadata,
    Column("token_sha256", Text, primary_key=True),  # the token itself is in the link alone
    Column("voice", Text, nullable=False),
    Column("issued_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("used_at", Text, nullable=False),
    Column("projects", JSON, nullable=False, server_default="[]"),  # slugs the guest is asked about; none: any book
)

shaped_voices = Table(
    "shaped_voices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("voice_id", Integer, ForeignKey("voices.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("shape", JSON, nullable=False),
)

export_voices = Table(
    "export_voices",
    metadata,
    Column("path", Text, primary_key=True),  # of the audiobook, as in exports
    Column("voice", Text, primary_key=True),
)
