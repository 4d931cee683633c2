/*
 * Run by meson: does libgit2.a work with no_network.c in place of its network libraries?
 */
#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>

#include "no_certificates.c"
#include "no_network.c"

int main(void)
{
	git_odb_backend *packs;
	git_repository *repository;
	git_object *object;
	git_odb *odb;
	git_oid id;

	/* What is used uninitialised shall show. */
	mallopt(M_PERTURB, 0xa5);
	if (git_libgit2_init() < 0 || git_odb_new(&odb) < 0)
		return 1;
	if (git_odb_hash(&id, "", 0, GIT_OBJECT_BLOB) < 0 ||
		git_odb_backend_pack(&packs, "/") < 0 || git_odb_add_backend(odb, packs, 1) < 0)
		return 1;
	/* Not there: this is for the linker. */
	if (git_repository_open_ext(&repository, "/none", 0, "/") == 0 &&
		git_repository_set_odb(repository, odb) == 0)
		git_revparse_single(&object, repository, "HEAD");
	git_odb_free(odb);
	return git_libgit2_shutdown() != 0;
}
