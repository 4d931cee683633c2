/*
 * The published versions of the contracts in one repository (breakwater-history(7), Versions).
 *
 * A state is the map from path to content of all contracts of a tree. The versions are the distinct
 * states of tags or of first-parent commits, oldest first; neighbours with one state are one
 * version. Of a commit's history only ids, dates and trees are read, of a tree the folders that
 * were not seen before.
 */
#pragma once
#include "source/source.h"
#include "source/version_name.h"

struct repository;

/* The repository of a side, and the commit that it is or stands on (HEAD of the index and of the
 * working tree). NULL: it is no revision of a repository, or has no commit; the source owns the
 * repository. */
struct repository *source_repository(const struct source *source);
bool source_commit(struct source *source, struct content_id *commit, struct diags *diags);

/* Are both of one repository? */
bool source_same_repository(const struct source *a, const struct source *b);

struct version {
	struct str name; /* a tag; ten digits of a commit; what the request calls BASE */
	bool is_tag;
	struct version_name number; /* of a tag that is a version; else `prefix.p` is NULL */
	struct content_id commit, tree;
	struct str id;      /* of the commit, 40 digits */
	int64_t date;       /* the committer's, seconds since 1970 */
	int64_t published;  /* the tagger's date, else `date` */
	uint32_t releases;  /* how many of its tags are releases */
	uint64_t state;     /* equal: equal contracts; 0: there are none */
	bool is_base;       /* BASE has this state */
	bool before_base;   /* BASE, or an ancestor of it */
	struct str also[3]; /* further names of this state, for messages; absent: no more */
};

struct versions {
	VEC(struct version) list; /* oldest first */
	bool by_commit;
	struct repository *repository; /* borrowed */
	struct str top;
	struct arena *arena;
};

struct versions_request {
	struct arena *arena;
	struct diags *diags;
	struct repository *repository;
	struct str top;
	struct str versions; /* VERSIONS; absent: tags if one counts, else commits */
	struct str since;    /* a revision; absent: from the beginning */
	/* Tags of the ancestors of these count. `walk`: whose first parents `commits` are. */
	const struct content_id *tips;
	uint32_t n_tips;
	const struct content_id *walk;
	struct str walk_name; /* for messages */
	/* BASE is a version by this name unless it has one; NULL: there is none. */
	const struct content_id *base;
	struct str base_name;
	/* What is in the history of this commit is left out; NULL: nothing is. */
	const struct content_id *without;
};

/* Fills *versions. False and an error: the history cannot be known, or nothing matches. */
bool versions_read(const struct versions_request *request, struct versions *versions);
/* The source of a version, which the caller closes; NULL and an error. *is_empty: it has no
 * contract, and no source. */
struct source *version_open(const struct versions *versions, const struct version *version,
	bool *is_empty, struct diags *diags);

/* The words of a commit, which are a stranger's. */
struct commit_words {
	struct str author, subject;
	struct str author_date, date; /* YYYY-MM-DD where the author, the committer was */
	int64_t seconds;              /* the committer's, since 1970 */
	struct content_id parents[16]; /* the first ones */
	uint32_t n_parents;
};
bool commit_words_read(struct repository *repository, const struct content_id *commit,
	struct arena *arena, struct commit_words *words, struct diags *diags);
/* The 40 digits of an id. */
struct str commit_hex(struct arena *arena, const struct content_id *commit);
/* `2024-05-03` of seconds since 1970 and a zone in minutes. */
struct str day_text(struct arena *arena, int64_t seconds, int zone);

/* Commits between two, along first parents: from the oldest that is not in the history of `from`
 * (NULL: from the beginning) to `to`. */
struct commit_step {
	struct content_id commit, tree;
	uint64_t state;
	uint32_t n_parents;
	struct content_id second; /* its second parent, if it has one */
};
struct commit_steps {
	VEC(struct commit_step) list; /* oldest first */
	bool is_cut;                  /* a shallow clone ends before `from` is met */
	struct content_id cut;
};
bool commit_steps_read(struct repository *repository, struct arena *arena, struct str top,
	const struct content_id *from, const struct content_id *to, struct commit_steps *steps,
	struct diags *diags);
/* The committer's date, in seconds since 1970. */
bool commit_date_read(struct repository *repository, const struct content_id *commit, int64_t *date,
	struct diags *diags);
/* The date of the tag object at `id`; false: it is none, or cannot be read. */
bool tag_date_read(struct repository *repository, const struct content_id *id, int64_t *date);
/* One commit as a step. */
bool commit_step_read(struct repository *repository, struct str top,
	const struct content_id *commit, struct commit_step *step, struct diags *diags);
/* The merge base of two commits; false and an error. */
bool commits_meet(struct repository *repository, const struct content_id *a,
	const struct content_id *b, struct content_id *base, struct diags *diags);
/* The commit of a name; false and an error. */
bool commit_named(struct repository *repository, struct str name, struct content_id *commit,
	struct diags *diags);
/* The nearest tag before a commit (proper ancestors) that is a version; absent: there is none.
 * `only_release`: pre-releases do not count. */
bool version_before(struct repository *repository, const struct content_id *commit,
	bool only_release, struct str *tag, struct diags *diags);
