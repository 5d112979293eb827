import subprocess
import sys

CODE = """
import sys
import sneeuwbal.analysis.disclosure, sneeuwbal.analysis.estimate
print(sorted({"numpy", "scipy", "django"} & set(sys.modules)))
"""


def test_the_modules_the_web_process_may_load_bring_no_scientific_library():
    ran = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
