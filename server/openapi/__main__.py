"""`python -m server.openapi --out docs/openapi.json` writes the document."""

from server.openapi.document import main

raise SystemExit(main())
