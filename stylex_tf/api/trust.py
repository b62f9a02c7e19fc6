"""Gives programs and `apps/` the judgement of `stylex_tf/report/trust.py`.

The report shows it as well, and imports nothing of `api/`.
"""

from stylex_tf.report import trust

FAIR, DOUBTFUL, UNKNOWN = trust.FAIR, trust.DOUBTFUL, trust.UNKNOWN
FOREIGN_LIMIT, LIMIT = trust.FOREIGN_LIMIT, trust.LIMIT
Trust = trust.Trust
of = trust.of
