//go:build cgo && unix

// The functions of the API. Each hands its arguments to Go.

#include <stddef.h>
#include "bridge.h"

#define API __attribute__((visibility("default")))

static wsman_async of(const wsman_async *async)
{
	wsman_async none = {0, NULL};

	return async != NULL ? *async : none;
}

API uint32_t WSManInitialize(uint32_t flags, wsman_handle *api)
{
	call c = {.function = CALL_INITIALIZE, .flags = flags, .handle_place = api};

	return bridge_ask(&c);
}

API uint32_t WSManDeinitialize(wsman_handle api, uint32_t flags)
{
	call c = {.function = CALL_DEINITIALIZE, .handle = api, .flags = flags};

	return bridge_ask(&c);
}

API uint32_t WSManGetErrorMessage(wsman_handle api, uint32_t flags, const wsman_char *language, uint32_t code,
	uint32_t length, wsman_char *message, uint32_t *used)
{
	call c = {.function = CALL_GET_ERROR_MESSAGE, .handle = api, .flags = flags, .text = language, .number = code,
		.length = length, .text_place = message, .number_place = used};

	return bridge_ask(&c);
}

API uint32_t WSManCreateSession(wsman_handle api, const wsman_char *connection, uint32_t flags,
	const wsman_credentials *credentials, const wsman_proxy *proxy, wsman_handle *session)
{
	call c = {.function = CALL_CREATE_SESSION, .handle = api, .text = connection, .flags = flags,
		.credentials = credentials, .proxy = proxy, .handle_place = session};

	return bridge_ask(&c);
}

API uint32_t WSManCloseSession(wsman_handle session, uint32_t flags)
{
	call c = {.function = CALL_CLOSE_SESSION, .handle = session, .flags = flags};

	return bridge_ask(&c);
}

API uint32_t WSManSetSessionOption(wsman_handle session, uint32_t option, const wsman_data *data)
{
	call c = {.function = CALL_SET_SESSION_OPTION, .handle = session, .number = option, .data = data};

	return bridge_ask(&c);
}

API uint32_t WSManGetSessionOptionAsDword(wsman_handle session, uint32_t option, uint32_t *value)
{
	call c = {.function = CALL_GET_SESSION_OPTION_AS_DWORD, .handle = session, .number = option, .number_place = value};

	return bridge_ask(&c);
}

API uint32_t WSManGetSessionOptionAsString(wsman_handle session, uint32_t option, uint32_t length, wsman_char *value,
	uint32_t *used)
{
	call c = {.function = CALL_GET_SESSION_OPTION_AS_STRING, .handle = session, .number = option, .length = length,
		.text_place = value, .number_place = used};

	return bridge_ask(&c);
}

API void WSManCreateShellEx(wsman_handle session, uint32_t flags, const wsman_char *uri, const wsman_char *id,
	const wsman_startup *startup, const wsman_options *options, const wsman_data *content, const wsman_async *async,
	wsman_handle *shell)
{
	call c = {.function = CALL_CREATE_SHELL, .handle = session, .flags = flags, .text = uri, .id = id,
		.startup = startup, .options = options, .data = content, .async = of(async), .handle_place = shell};

	bridge_ask(&c);
}

API void WSManCreateShell(wsman_handle session, uint32_t flags, const wsman_char *uri, const wsman_startup *startup,
	const wsman_options *options, const wsman_data *content, const wsman_async *async, wsman_handle *shell)
{
	WSManCreateShellEx(session, flags, uri, NULL, startup, options, content, async, shell);
}

API void WSManConnectShell(wsman_handle session, uint32_t flags, const wsman_char *uri, const wsman_char *id,
	const wsman_options *options, const wsman_data *content, const wsman_async *async, wsman_handle *shell)
{
	call c = {.function = CALL_CONNECT_SHELL, .handle = session, .flags = flags, .text = uri, .id = id,
		.options = options, .data = content, .async = of(async), .handle_place = shell};

	bridge_ask(&c);
}

API void WSManDisconnectShell(wsman_handle shell, uint32_t flags, const uint32_t *idle, const wsman_async *async)
{
	call c = {.function = CALL_DISCONNECT_SHELL, .handle = shell, .flags = flags, .idle = idle, .async = of(async)};

	bridge_ask(&c);
}

API void WSManReconnectShell(wsman_handle shell, uint32_t flags, const wsman_async *async)
{
	call c = {.function = CALL_RECONNECT_SHELL, .handle = shell, .flags = flags, .async = of(async)};

	bridge_ask(&c);
}

API void WSManCloseShell(wsman_handle shell, uint32_t flags, const wsman_async *async)
{
	call c = {.function = CALL_CLOSE_SHELL, .handle = shell, .flags = flags, .async = of(async)};

	bridge_ask(&c);
}

API void WSManRunShellCommandEx(wsman_handle shell, uint32_t flags, const wsman_char *id, const wsman_char *line,
	const wsman_texts *arguments, const wsman_options *options, const wsman_async *async, wsman_handle *command)
{
	call c = {.function = CALL_RUN_COMMAND, .handle = shell, .flags = flags, .id = id, .text = line,
		.texts = arguments, .options = options, .async = of(async), .handle_place = command};

	bridge_ask(&c);
}

API void WSManRunShellCommand(wsman_handle shell, uint32_t flags, const wsman_char *line, const wsman_texts *arguments,
	const wsman_options *options, const wsman_async *async, wsman_handle *command)
{
	WSManRunShellCommandEx(shell, flags, NULL, line, arguments, options, async, command);
}

API void WSManConnectShellCommand(wsman_handle shell, uint32_t flags, const wsman_char *id, const wsman_options *options,
	const wsman_data *content, const wsman_async *async, wsman_handle *command)
{
	call c = {.function = CALL_CONNECT_COMMAND, .handle = shell, .flags = flags, .id = id, .options = options,
		.data = content, .async = of(async), .handle_place = command};

	bridge_ask(&c);
}

API void WSManReconnectShellCommand(wsman_handle command, uint32_t flags, const wsman_async *async)
{
	call c = {.function = CALL_RECONNECT_COMMAND, .handle = command, .flags = flags, .async = of(async)};

	bridge_ask(&c);
}

API void WSManCloseCommand(wsman_handle command, uint32_t flags, const wsman_async *async)
{
	call c = {.function = CALL_CLOSE_COMMAND, .handle = command, .flags = flags, .async = of(async)};

	bridge_ask(&c);
}

API void WSManReceiveShellOutput(wsman_handle shell, wsman_handle command, uint32_t flags, const wsman_texts *streams,
	const wsman_async *async, wsman_handle *operation)
{
	call c = {.function = CALL_RECEIVE, .handle = shell, .command = command, .flags = flags, .texts = streams,
		.async = of(async), .handle_place = operation};

	bridge_ask(&c);
}

API void WSManSendShellInput(wsman_handle shell, wsman_handle command, uint32_t flags, const wsman_char *stream,
	const wsman_data *data, int32_t end, const wsman_async *async, wsman_handle *operation)
{
	call c = {.function = CALL_SEND, .handle = shell, .command = command, .flags = flags, .text = stream, .data = data,
		.end = end, .async = of(async), .handle_place = operation};

	bridge_ask(&c);
}

API void WSManSignalShell(wsman_handle shell, wsman_handle command, uint32_t flags, const wsman_char *code,
	const wsman_async *async, wsman_handle *operation)
{
	call c = {.function = CALL_SIGNAL, .handle = shell, .command = command, .flags = flags, .text = code,
		.async = of(async), .handle_place = operation};

	bridge_ask(&c);
}

API uint32_t WSManCloseOperation(wsman_handle operation, uint32_t flags)
{
	call c = {.function = CALL_CLOSE_OPERATION, .handle = operation, .flags = flags};

	return bridge_ask(&c);
}

// The library's own: see winapi.Invoke. The answer, where there is one, is given
// back to WinRMDFree.
API uint32_t WinRMDInvoke(const wsman_char *document, wsman_char **answer)
{
	call c = {.function = CALL_INVOKE, .text = document, .allocated_place = answer};

	return bridge_ask(&c);
}

API void WinRMDFree(wsman_char *answer)
{
	call c = {.function = CALL_FREE, .text_place = answer};

	bridge_ask(&c);
}

// How many handles and answers there are, to find what was not given back.
API uint32_t WinRMDCount(void)
{
	call c = {.function = CALL_COUNT};

	return bridge_ask(&c);
}
