"""A module that starts a thread, as no module of a server may."""

import threading
import time

threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
