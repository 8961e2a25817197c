"""Nothing leaves this machine: what the page's library would send or fetch is switched off before it is loaded.

Import this module before gradio. It is the one place where the studio writes to the environment.
"""

from __future__ import annotations

import os
from pathlib import Path

QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_SHARE": "False",
    "GRADIO_NUM_PORTS": "1",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}

os.environ.update(QUIET)


def keep_uploads_in(folder: Path) -> None:
    """Uploaded files are put in this folder of the workspace instead of the system's shared one."""
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
