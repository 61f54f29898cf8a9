"""All cases: importing this fills `making.CASES`."""

import table_addresses  # noqa: F401
import table_answers  # noqa: F401
import table_credentials  # noqa: F401
import table_logins  # noqa: F401
import table_viewers  # noqa: F401
