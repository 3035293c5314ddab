/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* trust -- how far data of other servers can be believed: where they stood, and what validation said.
 *
 * What:    two small scales that go with an answer from the resolver into the cache and out of it.
 * Threads: none.
 * Memory:  none.
 * Limits:  each fits into three bits.
 * Trust:   set by our own code.
 * RFC:     2181 §5.4.1 (ranking), 4033 §5 (security status). */
#pragma once

/* RFC 2181 §5.4.1, from the least to the most: data are replaced by data of the same rank or a higher one,
 * not by a lower one, while they last. */
enum dns_rank {
	DNS_RANK_NONE,
	DNS_RANK_ADDITIONAL, /* additional section, authority section of a referral: glue, hints */
	DNS_RANK_ANSWER, /* answer section without AA: a forwarder, another cache */
	DNS_RANK_AUTHORITY, /* authority section of an answer with AA */
	DNS_RANK_AUTH_ANSWER, /* answer section with AA, from a server of the zone */
	DNS_RANK_ZONE, /* a zone of our own */
};

/* RFC 4033 §5. UNCHECKED: nobody has tried to validate, so it says nothing. */
enum dns_security {
	DNS_SECURITY_UNCHECKED,
	DNS_SECURITY_INSECURE,
	DNS_SECURITY_SECURE,
	DNS_SECURITY_BOGUS,
	DNS_SECURITY_INDETERMINATE,
};
