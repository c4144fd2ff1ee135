// Structures of the WSMan client API, as PowerShell's WSManNativeApi declares
// them (MSDN: wsman.h). Texts are UTF-16 and end with a zero.
#ifndef WINRMD_WSMAN_H
#define WINRMD_WSMAN_H

#include <stdint.h>

typedef uint16_t wsman_char;
typedef uintptr_t wsman_handle;

enum { WSMAN_DATA_NONE = 0, WSMAN_DATA_TEXT = 1, WSMAN_DATA_BINARY = 2, WSMAN_DATA_DWORD = 4 };

typedef struct {
	uint32_t type;
	union {
		struct {
			uint32_t length; // characters of a text, bytes of binary data
			void *data;
		} buffer;
		uint32_t number;
	} value;
} wsman_data;

typedef struct {
	uint32_t code;
	const wsman_char *detail, *language, *machine;
} wsman_error;

// What a completion gets of a CreateShell or ConnectShell is a wsman_data, of a
// Receive this.
typedef struct {
	const wsman_char *stream;
	wsman_data data;
	const wsman_char *command_state;
	uint32_t exit_code;
} wsman_receive_data;

// A context is the caller's. PowerShell's are small numbers, which Go would take
// for bad pointers if they were any.
typedef void (*wsman_completion)(uintptr_t context, uint32_t flags, const wsman_error *error, wsman_handle shell,
	wsman_handle command, wsman_handle operation, const void *data);

typedef struct {
	uintptr_t context;
	wsman_completion completion;
} wsman_async;

typedef struct {
	uint32_t mechanism;
	const wsman_char *user; // or the thumbprint of a certificate
	const wsman_char *password;
} wsman_credentials;

typedef struct {
	uint32_t access;
	wsman_credentials credentials;
} wsman_proxy;

typedef struct {
	uint32_t count;
	const wsman_char **items;
} wsman_texts; // stream ids, and arguments of a command

typedef struct {
	const wsman_char *name, *value;
	uint32_t must_comply;
} wsman_option;

typedef struct {
	uint32_t count;
	const wsman_option *options;
	uint32_t must_understand;
} wsman_options;

typedef struct {
	const wsman_char *name, *value;
} wsman_variable;

typedef struct {
	uint32_t count;
	const wsman_variable *variables;
} wsman_variables;

typedef struct {
	const wsman_texts *input, *output;
	uint32_t idle_timeout; // milliseconds
	const wsman_char *directory;
	const wsman_variables *variables;
	const wsman_char *name;
} wsman_startup;

#endif
