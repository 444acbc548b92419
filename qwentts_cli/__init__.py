"""The command line of Qwen-TTS."""

__version__ = "0.2.0"
