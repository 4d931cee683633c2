/*
 * Schema registries: reads what producers registered, and writes nothing
 * there. The only network that the program ever does is behind these functions.
 *
 * What strangers control (a registry's answers, a repository's URL) is bounded here and shown
 * through path_printable's escapes; credentials go to the origins that a person named, and into no
 * message. What is returned lives in the arena of the options that the registry was opened with.
 * For one thread.
 */
#pragma once
#include "source/source.h"

/* What a person or a pipeline says about registries. Absent strings: not given. The secrets are
 * overwritten by registry_end, so they must be writable. */
struct registry_access {
	/* BREAKWATER_REGISTRY_URL: the origins that credentials are for, separated by commas.
	 * Absent: the origins of the first registry that a person names. */
	struct str url;
	struct str user, password, token;
	struct str password_file, token_file, key_password_file; /* paths; read when it is needed */
	struct str netrc;                                        /* path of the .netrc */
	struct str ca, cert, key;                                /* paths of PEM files */
	struct str key_password;
	struct str group; /* sent as X-Registry-GroupId */
	bool allow_http;  /* credentials may go over http, not only to a loopback address */
	uint32_t seconds; /* limit of all requests of the run together; 0: 120 */
	struct str cache; /* the folder of --cache; absent: nothing is kept */
	bool offline;     /* only the cache is asked */
	/* Gets each request as `GET https://host/path`, without its query, and the answer's status
	 * (0: there was none). NULL: nobody wants to know. */
	void (*asked)(void *context, struct str request, long status);
	void *context;
	struct registry_client *client; /* private: made by the first registry_open */
};

/*
 * `URL/SUBJECT[@VERSION]` or `URL/[SUBJECT]#ID`: what follows `registry:`. VERSION is a number,
 * `latest`, `all` or `all+deleted`.
 */
enum registry_which {
	REGISTRY_LATEST,
	REGISTRY_NUMBER,
	REGISTRY_ALL,
	REGISTRY_ALL_DELETED,
	REGISTRY_ID,
};
struct registry_name {
	struct str urls;    /* of one registry, separated by commas, each
			       `https://host[:port][/prefix]` */
	struct str subject; /* decoded; absent for an id alone */
	enum registry_which which;
	uint32_t number; /* the version or the id */
};
/* Parses it; the parts are in `arena`. False and an error, which never shows a password. */
bool registry_name_read(
	struct arena *arena, struct str written, struct registry_name *name, struct diags *diags);
/* Is it an INPUT `registry:…` of several versions (`@all`)? Then `check` compares with each. */
bool registry_input_is_all(struct str input);

/* One registry, and what was fetched from it; each document is fetched once. */
struct registry;
/*
 * Opens no connection yet. `urls`: as in struct registry_name. `by_repository`: only a
 * configuration in the repository names it, so it gets the credentials of `access.url` and of a
 * .netrc entry for its host, and no others. The same registry is returned for the same URLs. NULL
 * and an error: this build has no registry support, or a URL cannot be used.
 */
struct registry *registry_open(const struct source_options *options, struct str urls,
	bool by_repository, struct diags *diags);
/* `https://host:port` of its first URL, for messages. */
struct str registry_origin(const struct registry *registry);
/* Closes all connections and overwrites the secrets. `access` may be NULL, or never used. */
void registry_end(struct registry_access *access);

struct registry_reference {
	struct str name; /* the import path */
	struct str subject;
	uint32_t version;
};
struct registry_property {
	struct str key, value;
};
struct registry_version {
	uint32_t number;
	bool is_deleted;   /* softly: its records are still in the topic */
	bool is_wanted;    /* set by the caller for registry_fetch */
	bool is_fetched;   /* what follows is known */
	uint32_t id;       /* equal ids of one registry and context: equal schemas */
	struct str type;   /* `PROTOBUF`, `AVRO`, …, as the registry writes it */
	struct str schema; /* text, or base64 of a FileDescriptorProto */
	VEC(struct registry_reference) references;
	VEC(struct registry_property) properties; /* metadata.properties */
};
struct registry_subject {
	struct str asked; /* the name that was asked for */
	struct str name;  /* the same, or its alias */
	bool is_known;    /* false: it is not in the registry, so it has no versions */
	VEC(struct registry_version) versions; /* ascending */
	/* As the registry writes them; those of its context or the global ones where the subject
	 * has none. `level` is never absent; the others may be. */
	struct str level, group, policy, mode;
};
/*
 * Reads the list of versions, the level and the mode of a subject; `deleted`: with the softly
 * deleted versions. An unknown subject is no error. NULL and an error: it cannot be known.
 */
struct registry_subject *registry_subject_read(
	struct registry *registry, struct str subject, bool deleted, struct diags *diags);
/* Fetches the versions with `is_wanted` and what they refer to, at most 8 requests at a time. False
 * and an error: one cannot be had, or is no PROTOBUF. */
bool registry_fetch(
	struct registry *registry, struct registry_subject *subject, struct diags *diags);
/* The version that was asked for, fetched; `number` 0: the newest one that is not deleted. NULL and
 * an error. */
struct registry_version *registry_version_read(struct registry *registry,
	struct registry_subject *subject, uint32_t number, struct diags *diags);
/*
 * A fetched version as a source: its file and the files that it refers to, by import path. Its name
 * is `registry:https://host/SUBJECT@7`. NULL and an error: two references disagree about a path.
 */
struct source *registry_source(struct registry *registry, const struct registry_subject *subject,
	const struct registry_version *version, struct diags *diags);
/* The import path of the version's own file in that source; the others are its references. */
struct str registry_source_file(const struct source *source);

/* What the registry itself says of a schema: POST /compatibility/subjects/S/versions/V. Stores
 * nothing. */
struct registry_question {
	struct str subject;
	uint32_t version; /* 0: all that the level asks about */
	struct str schema;
	const struct registry_reference *references;
	uint32_t n_references;
};
struct registry_answer {
	bool is_compatible;
	VEC(struct str) messages;
};
/* False and an error: it gave no verdict. */
bool registry_ask(struct registry *registry, const struct registry_question *question,
	struct registry_answer *answer, struct diags *diags);
