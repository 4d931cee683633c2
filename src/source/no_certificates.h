/*
 * Keeps libgit2's start from reading certificates.
 */
#pragma once

/* Does nothing; who calls it has no_certificates.c linked in from the library, which does it all.
 */
void certificates_leave_out(void);
