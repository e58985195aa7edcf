"""The one script that stands in the pages themselves, and the hash by which the Content-Security-Policy allows it.

By its hash and not by a nonce: a nonce would make every answer different, and its ETag worthless.
"""

import base64
import hashlib
from typing import Final

#: GOV.UK Frontend's own: tells its stylesheet and its components that scripts run here.
GOVUK_INLINE_SCRIPT: Final = (
    "document.body.className += ' js-enabled' + "
    "('noModule' in HTMLScriptElement.prototype ? ' govuk-frontend-supported' : '');"
)

#: For `script-src`, quotes included.
GOVUK_INLINE_SCRIPT_HASH: Final = (
    f"'sha256-{base64.b64encode(hashlib.sha256(GOVUK_INLINE_SCRIPT.encode()).digest()).decode()}'"
)
