"""Takes longer to import than anybody waits, where that is asked for."""

import os
import time

if "TRIED_SLOWLY" in os.environ:
    time.sleep(120)
