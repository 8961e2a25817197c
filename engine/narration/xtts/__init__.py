"""XTTS v2, the cloned voice: many lines in one batch, with Voxfolio's own decoding over the published weights.

Read in this order: ``sizes`` (what a checkpoint's config.json says), ``checkpoint`` (its weights, safely),
``conditioning`` (a person's clips -> what the model knows of a voice), ``text`` (a line -> pieces of tokens),
``decoding`` (pieces -> audio tokens and latents, many at once), ``vocoder`` (latents -> sound), ``guards`` (is it what
was asked for?), ``synthesizer`` (all of it, behind the Synthesizer protocol).

The networks are written out here in plain PyTorch under the names their weights have in the checkpoint. That keeps the
product free of the packages the original code needs (torchaudio, torchcodec, transformers), which often do not install
together; the original, ``coqui-tts``, is what tests and benchmarks compare with.
"""
