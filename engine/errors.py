"""Everything that can go wrong, as a tree. Each message is a sentence: what, where, what to do.

StudioError
+-- ManuscriptError            the manuscript's file cannot become a book
|   +-- UnsupportedManuscript    not a format we read
|   +-- DamagedManuscript        the right format, but broken
|   +-- ProtectedManuscript      encrypted (DRM)
|   +-- HostileManuscript        a zip bomb, entity expansion, far too large
|   +-- EmptyManuscript          nothing to read aloud
+-- NotFound                   no book, chapter, line, voice or engine of that name
+-- EditRefused                a change that cannot be made (merge the last chapter, an empty title)
+-- AudioError                 a sound file cannot be read or written
+-- SynthesisError             an engine cannot say a line
|   +-- LanguageNotSpoken        the engine does not speak the book's language
+-- UncastSpeaker              a speaker has no voice
+-- LexiconError               a pronunciation, or a file of them, that cannot be used
+-- RecordingRefused           a recording that no voice can be made of
+-- ConsentRefused             a voice without its owner's valid leave
|   +-- ConsentMissing           none was given, or the record was changed
|   +-- ConsentOver              revoked, or its time is over
|   +-- OutOfScope               given, but not for this
|   +-- StatementRefused         the spoken statement does not pass its checks
+-- ModelError                 a model is not here, not whole, or not what it says
|   +-- ModelMissing             not downloaded yet
|   +-- LicenceNotAccepted       a person has to read and accept its licence first
+-- ExportError                the audiobook cannot be made
+-- WorkspaceError             the folder that holds the projects
|   +-- WorkspaceReadOnly
|   +-- DiskFull
|   +-- NewerDatabase            made by a later Voxfolio
|   +-- DamagedDatabase
+-- Stopped                    a person pressed stop; not a failure

Rooms raise these; only ``studio`` turns them into something a person reads.
"""

from __future__ import annotations


class StudioError(Exception):
    """The root. ``str(error)`` is what a person reads: one or two sentences, no jargon, no trace."""


class ManuscriptError(StudioError):
    pass


class UnsupportedManuscript(ManuscriptError):
    pass


class DamagedManuscript(ManuscriptError):
    pass


class ProtectedManuscript(ManuscriptError):
    pass


class HostileManuscript(ManuscriptError):
    pass


class EmptyManuscript(ManuscriptError):
    pass


class NotFound(StudioError):
    pass


class EditRefused(StudioError):
    pass


class AudioError(StudioError):
    pass


class SynthesisError(StudioError):
    pass


class LanguageNotSpoken(SynthesisError):
    pass


class UncastSpeaker(StudioError):
    pass


class LexiconError(StudioError):
    pass


class RecordingRefused(StudioError):
    pass


class ConsentRefused(StudioError):
    pass


class ConsentMissing(ConsentRefused):
    pass


class ConsentOver(ConsentRefused):
    pass


class OutOfScope(ConsentRefused):
    pass


class StatementRefused(ConsentRefused):
    pass


class ModelError(StudioError):
    pass


class ModelMissing(ModelError):
    pass


class LicenceNotAccepted(ModelError):
    pass


class ExportError(StudioError):
    pass


class WorkspaceError(StudioError):
    pass


class WorkspaceReadOnly(WorkspaceError):
    pass


class DiskFull(WorkspaceError):
    pass


class NewerDatabase(WorkspaceError):
    pass


class DamagedDatabase(WorkspaceError):
    pass


class Stopped(StudioError):
    pass
