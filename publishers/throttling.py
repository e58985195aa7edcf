"""How many failed attempts to sign in are let pass before more are refused. Pure."""

import datetime
from typing import Final

#: Failures are counted for so long, and so long somebody waits at most.
WINDOW: Final = datetime.timedelta(minutes=15)

#: Failures for one account from one network address: somebody who has forgotten their password.
PER_ACCOUNT_AND_ADDRESS: Final = 5

#: Failures from one address, whatever the account: an office has one address and many people.
PER_ADDRESS: Final = 50

#: Failures for one account from anywhere: somebody guesses from many addresses. High, so that nobody can easily keep
#: another out.
PER_ACCOUNT: Final = 100


def is_refused(*, here: int, address: int, account: int) -> bool:
    """Whether after so many failures within WINDOW another attempt is refused, right or wrong."""
    return here >= PER_ACCOUNT_AND_ADDRESS or address >= PER_ADDRESS or account >= PER_ACCOUNT
