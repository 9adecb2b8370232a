"""Heavy packages are paid for only where used."""

import subprocess
import sys


def test_importing_stats_loads_neither_lifelines_nor_statsmodels():
    code = (
        "import sys, helpers.stats; "
        "heavy = {'lifelines', 'statsmodels', 'pandas', 'scipy.stats', 'tqdm'} & set(sys.modules); "
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_public_name_exists():
    import helpers.stats as package

    assert all(hasattr(package, name) for name in package.__all__)
