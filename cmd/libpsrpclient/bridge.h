// The way between callers and Go. No thread of a caller ever runs Go, and no thread
// of Go ever runs a caller's completion: both sides have signal handlers with
// needs of their own. Go has goroutines' stacks, which are too small for a handler
// that does not ask for an alternate stack; .NET stops its threads with a handler
// that is too large for the alternate stacks that Go makes it run on.
#ifndef WINRMD_BRIDGE_H
#define WINRMD_BRIDGE_H

#include "wsman.h"

typedef enum {
	CALL_INITIALIZE,
	CALL_DEINITIALIZE,
	CALL_GET_ERROR_MESSAGE,
	CALL_CREATE_SESSION,
	CALL_CLOSE_SESSION,
	CALL_SET_SESSION_OPTION,
	CALL_GET_SESSION_OPTION_AS_DWORD,
	CALL_GET_SESSION_OPTION_AS_STRING,
	CALL_CREATE_SHELL,
	CALL_CONNECT_SHELL,
	CALL_DISCONNECT_SHELL,
	CALL_RECONNECT_SHELL,
	CALL_CLOSE_SHELL,
	CALL_RUN_COMMAND,
	CALL_CONNECT_COMMAND,
	CALL_RECONNECT_COMMAND,
	CALL_CLOSE_COMMAND,
	CALL_RECEIVE,
	CALL_SEND,
	CALL_SIGNAL,
	CALL_CLOSE_OPERATION,
	CALL_INVOKE,
	CALL_FREE,
	CALL_COUNT,
	CALLS,
} call_function;

// A call of a function of the API. It lies on the caller's stack, and the caller
// waits until it is answered.
typedef struct call {
	call_function function;
	wsman_handle handle; // API, session, shell, command or operation: what the function is of
	wsman_handle command;
	uint32_t flags, number, length;
	const wsman_char *text, *id; // connection, URI, command line, stream, or signal; id of a shell or command
	const wsman_startup *startup;
	const wsman_options *options;
	const wsman_texts *texts; // arguments or streams
	const wsman_data *data;
	const wsman_credentials *credentials;
	const wsman_proxy *proxy;
	const uint32_t *idle;
	int end;
	wsman_async async;
	wsman_handle *handle_place;
	uint32_t *number_place;
	wsman_char *text_place;
	wsman_char **allocated_place; // for memory of malloc
	uint32_t result;
	// The bridge's own.
	int answered;
	struct call *next;
} call;

// ask hands a call to Go and waits for the answer.
uint32_t bridge_ask(call *c);

// next_call waits for a call, answer lets its caller go.
call *bridge_next(void);
void bridge_answer(call *c);

// bridge_restore_signals undoes what Go's start has done to the handlers of others
// for signals that are sent to one thread.
void bridge_restore_signals(void);

// complete calls a completion on a thread of its own and waits until it has
// returned. kind is what data it gets: 0 none, 1 text, 2 what a Receive got.
// Everything that is pointed to lives until then.
void bridge_complete(wsman_async async, uint32_t flags, uint32_t code, const wsman_char *detail,
	const wsman_char *language, const wsman_char *machine, wsman_handle shell, wsman_handle command,
	wsman_handle operation, uint32_t kind, const wsman_char *stream, const void *data, uint32_t length,
	const wsman_char *state, uint32_t exit_code);

#endif
