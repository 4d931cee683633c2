/* Loads libcurl. A check without a registry neither links nor starts it: its start reads the
 * configuration of a TLS library, which would more than double the time of a small check. */
#include "source/registry_curl.h"

#ifdef HAVE_LIBCURL
#include <dlfcn.h>

struct curl_symbol {
	const char *name;
	size_t offset;
};

#define SYMBOL(member)                                         \
	{                                                      \
		"curl_" #member, offsetof(struct curl, member) \
	}
static const struct curl_symbol symbols[] = {
	SYMBOL(global_init),
	SYMBOL(global_cleanup),
	SYMBOL(version_info),
	SYMBOL(easy_init),
	SYMBOL(easy_setopt),
	SYMBOL(easy_getinfo),
	SYMBOL(easy_cleanup),
	SYMBOL(easy_strerror),
	SYMBOL(multi_init),
	SYMBOL(multi_setopt),
	SYMBOL(multi_add_handle),
	SYMBOL(multi_remove_handle),
	SYMBOL(multi_perform),
	SYMBOL(multi_poll),
	SYMBOL(multi_info_read),
	SYMBOL(multi_cleanup),
	SYMBOL(slist_append),
	SYMBOL(slist_free_all),
};

bool curl_load(struct curl *curl, struct diags *diags)
{
	static const char *const names[] = { "libcurl.so.4", "libcurl-gnutls.so.4" };
	void *library = NULL;

	for (size_t i = 0; i < COUNT(names) && !library; i++)
		library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	for (size_t i = 0; library && i < COUNT(symbols); i++) {
		void *address = dlsym(library, symbols[i].name);

		if (!address)
			library = NULL;
		/* A function's address in an object pointer: POSIX's dlsym. */
		memcpy((char *)curl + symbols[i].offset, &address, sizeof address);
	}
	if (library && curl->global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		return true;
	diag_error(diags, NOWHERE, "registry: libcurl cannot be loaded, which asks registries");
	diag_help(diags, "install libcurl 7.74 or newer (Debian: libcurl4)");
	return false;
}
#endif
