/*
 * What libgit2.a of Debian 12 (1.5.1) wants of its network libraries, answered by "done nothing".
 *
 * libgit2.so brings libssh2, mbedTLS, GSSAPI, http_parser and what those bring: 14 libraries, 2 of
 * the 3 ms that starting with git costs (measured 2026-11-25). This program reads repositories on
 * disk and never calls any of it but the set-up that git_libgit2_init does. The list fits one
 * build of libgit2, so meson.build tries it (static_git_check.c) and links libgit2.so where it
 * does not. Prototypes do not matter to the linker; nobody but libgit2 may call these.
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define NOT_CALLED(name)  \
	int name(void);   \
	int name(void)    \
	{                 \
		return 0; \
	}

void mbedtls_ssl_config_init(void *config);
void mbedtls_ssl_conf_ca_chain(void *config, void *chain, void *revoked);
int mbedtls_ssl_get_ciphersuite_id(const char *name);
void mbedtls_strerror(int error, char *text, size_t size);
extern const void *const GSS_C_NT_HOSTBASED_SERVICE;

const void *const GSS_C_NT_HOSTBASED_SERVICE = 0;

/* libgit2 takes it from malloc, uninitialised, and later frees what its members point to. */
void mbedtls_ssl_config_init(void *config)
{
	memset(config, 0, malloc_usable_size(config));
}

/* It would be the configuration's; nothing was read into it. */
void mbedtls_ssl_conf_ca_chain(void *config, void *chain, void *revoked)
{
	(void)config, (void)revoked;
	free(chain);
}

void mbedtls_strerror(int error, char *text, size_t size)
{
	(void)error;
	if (size)
		*text = '\0';
}

/* Not 0, which would mean an unknown cipher and stop git_libgit2_init. */
int mbedtls_ssl_get_ciphersuite_id(const char *name)
{
	(void)name;
	return 1;
}

NOT_CALLED(gss_delete_sec_context)
NOT_CALLED(gss_display_status)
NOT_CALLED(gss_import_name)
NOT_CALLED(gss_indicate_mechs)
NOT_CALLED(gss_init_sec_context)
NOT_CALLED(gss_release_buffer)
NOT_CALLED(gss_release_name)
NOT_CALLED(gss_release_oid_set)
NOT_CALLED(http_errno_description)
NOT_CALLED(http_parser_execute)
NOT_CALLED(http_parser_init)
NOT_CALLED(http_parser_parse_url)
NOT_CALLED(http_parser_pause)
NOT_CALLED(http_should_keep_alive)
NOT_CALLED(libssh2_agent_connect)
NOT_CALLED(libssh2_agent_disconnect)
NOT_CALLED(libssh2_agent_free)
NOT_CALLED(libssh2_agent_get_identity)
NOT_CALLED(libssh2_agent_init)
NOT_CALLED(libssh2_agent_list_identities)
NOT_CALLED(libssh2_agent_userauth)
NOT_CALLED(libssh2_channel_close)
NOT_CALLED(libssh2_channel_free)
NOT_CALLED(libssh2_channel_open_ex)
NOT_CALLED(libssh2_channel_process_startup)
NOT_CALLED(libssh2_channel_read_ex)
NOT_CALLED(libssh2_channel_set_blocking)
NOT_CALLED(libssh2_channel_write_ex)
NOT_CALLED(libssh2_exit)
NOT_CALLED(libssh2_hostkey_hash)
NOT_CALLED(libssh2_init)
NOT_CALLED(libssh2_knownhost_checkp)
NOT_CALLED(libssh2_knownhost_free)
NOT_CALLED(libssh2_knownhost_init)
NOT_CALLED(libssh2_knownhost_readfile)
NOT_CALLED(libssh2_session_abstract)
NOT_CALLED(libssh2_session_disconnect_ex)
NOT_CALLED(libssh2_session_free)
NOT_CALLED(libssh2_session_handshake)
NOT_CALLED(libssh2_session_hostkey)
NOT_CALLED(libssh2_session_init_ex)
NOT_CALLED(libssh2_session_last_error)
NOT_CALLED(libssh2_session_method_pref)
NOT_CALLED(libssh2_session_set_blocking)
NOT_CALLED(libssh2_userauth_authenticated)
NOT_CALLED(libssh2_userauth_keyboard_interactive_ex)
NOT_CALLED(libssh2_userauth_list)
NOT_CALLED(libssh2_userauth_password_ex)
NOT_CALLED(libssh2_userauth_publickey)
NOT_CALLED(libssh2_userauth_publickey_fromfile_ex)
NOT_CALLED(libssh2_userauth_publickey_frommemory)
NOT_CALLED(mbedtls_ctr_drbg_free)
NOT_CALLED(mbedtls_ctr_drbg_init)
NOT_CALLED(mbedtls_ctr_drbg_random)
NOT_CALLED(mbedtls_ctr_drbg_seed)
NOT_CALLED(mbedtls_entropy_free)
NOT_CALLED(mbedtls_entropy_func)
NOT_CALLED(mbedtls_entropy_init)
NOT_CALLED(mbedtls_sha256_finish)
NOT_CALLED(mbedtls_sha256_free)
NOT_CALLED(mbedtls_sha256_init)
NOT_CALLED(mbedtls_sha256_starts)
NOT_CALLED(mbedtls_sha256_update)
NOT_CALLED(mbedtls_ssl_close_notify)
NOT_CALLED(mbedtls_ssl_conf_authmode)
NOT_CALLED(mbedtls_ssl_conf_ciphersuites)
NOT_CALLED(mbedtls_ssl_conf_min_version)
NOT_CALLED(mbedtls_ssl_conf_rng)
NOT_CALLED(mbedtls_ssl_config_defaults)
NOT_CALLED(mbedtls_ssl_config_free)
NOT_CALLED(mbedtls_ssl_free)
NOT_CALLED(mbedtls_ssl_get_peer_cert)
NOT_CALLED(mbedtls_ssl_get_verify_result)
NOT_CALLED(mbedtls_ssl_handshake)
NOT_CALLED(mbedtls_ssl_init)
NOT_CALLED(mbedtls_ssl_read)
NOT_CALLED(mbedtls_ssl_set_bio)
NOT_CALLED(mbedtls_ssl_set_hostname)
NOT_CALLED(mbedtls_ssl_setup)
NOT_CALLED(mbedtls_ssl_write)
NOT_CALLED(mbedtls_x509_crt_free)
NOT_CALLED(mbedtls_x509_crt_init)
NOT_CALLED(mbedtls_x509_crt_verify_info)
