"""Fine-tuning, responding, scoring."""

import os

# Read once, when torch loads its thread library. Threads that wait actively burn the very time that the others need: on
# a machine with something else to do, small models then train more than ten times slower on two threads than on one.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
