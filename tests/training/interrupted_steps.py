"""A process of interruption_test: a training that sends itself signals.

    interrupted_steps.py SIGNAL [SIGNAL]

They come within its third step, which ends only where it is one signal.
"""

import signal
import sys
import threading

from stylex_tf.training import interruption


def _save(step: int) -> int:
    print("saved", step)
    return step


def main(*names: str) -> None:
    """Prints each step that ends, and which one was saved."""
    action = interruption.Interruption(_save)
    with action.listening():
        for step in range(1, 10):
            if step == 3:
                for name in names:
                    signal.raise_signal(getattr(signal, name))
                action._told.wait()
                if len(names) > 1:
                    threading.Event().wait()
            print("step", step, flush=True)
            action(step, {}, last=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
