//! Access tokens: CTA-5007-B (Common Access Token) in `COSE_Mac0` with HS256.
