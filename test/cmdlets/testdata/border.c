// A client of libpsrpclient in C: shells, commands, output and errors, again and
// again. At the end nothing is left of it: no handle, and, where it is built with
// a leak checker, no memory. Usage: border LIBRARY URL USER PASSWORD ROUNDS
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../../cmd/libpsrpclient/wsman.h"

#define FUNCTIONS(X) \
	X(uint32_t, WSManInitialize, (uint32_t, wsman_handle *)) \
	X(uint32_t, WSManDeinitialize, (wsman_handle, uint32_t)) \
	X(uint32_t, WSManGetErrorMessage, (wsman_handle, uint32_t, const wsman_char *, uint32_t, uint32_t, wsman_char *, uint32_t *)) \
	X(uint32_t, WSManCreateSession, (wsman_handle, const wsman_char *, uint32_t, const wsman_credentials *, const wsman_proxy *, wsman_handle *)) \
	X(uint32_t, WSManCloseSession, (wsman_handle, uint32_t)) \
	X(uint32_t, WSManSetSessionOption, (wsman_handle, uint32_t, const wsman_data *)) \
	X(uint32_t, WSManGetSessionOptionAsDword, (wsman_handle, uint32_t, uint32_t *)) \
	X(uint32_t, WSManGetSessionOptionAsString, (wsman_handle, uint32_t, uint32_t, wsman_char *, uint32_t *)) \
	X(void, WSManCreateShell, (wsman_handle, uint32_t, const wsman_char *, const wsman_startup *, const wsman_options *, const wsman_data *, const wsman_async *, wsman_handle *)) \
	X(void, WSManRunShellCommand, (wsman_handle, uint32_t, const wsman_char *, const wsman_texts *, const wsman_options *, const wsman_async *, wsman_handle *)) \
	X(void, WSManReceiveShellOutput, (wsman_handle, wsman_handle, uint32_t, const wsman_texts *, const wsman_async *, wsman_handle *)) \
	X(void, WSManSendShellInput, (wsman_handle, wsman_handle, uint32_t, const wsman_char *, const wsman_data *, int32_t, const wsman_async *, wsman_handle *)) \
	X(void, WSManSignalShell, (wsman_handle, wsman_handle, uint32_t, const wsman_char *, const wsman_async *, wsman_handle *)) \
	X(uint32_t, WSManCloseOperation, (wsman_handle, uint32_t)) \
	X(void, WSManCloseCommand, (wsman_handle, uint32_t, const wsman_async *)) \
	X(void, WSManCloseShell, (wsman_handle, uint32_t, const wsman_async *)) \
	X(uint32_t, WinRMDInvoke, (const wsman_char *, wsman_char **)) \
	X(void, WinRMDFree, (wsman_char *)) \
	X(uint32_t, WinRMDCount, (void))

#define DECLARE(type, name, parameters) static type(*name) parameters;
FUNCTIONS(DECLARE)

#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			exit(1); \
		} \
	} while (0)

static void load(const char *path)
{
	void *library = dlopen(path, RTLD_NOW);

	if (library == NULL) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
#define LOAD(type, name, parameters) CHECK((name = (type(*) parameters)dlsym(library, #name)) != NULL);
	FUNCTIONS(LOAD)
}

// An operation, and what its completions have said.
typedef struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int ended;
	uint32_t code;
	char output[256];
	uint32_t exit_code;
} operation;

static void complete(uintptr_t context, uint32_t flags, const wsman_error *error, wsman_handle shell,
	wsman_handle command, wsman_handle handle, const void *data)
{
	operation *o = (operation *)context;
	const wsman_receive_data *received = data;

	(void)shell, (void)command;
	pthread_mutex_lock(&o->lock);
	CHECK(error != NULL && (error->code == 0 || error->detail != NULL));
	if (handle != 0 && received != NULL) {
		size_t used = strlen(o->output);

		if (received->stream != NULL && received->data.value.buffer.length < sizeof o->output - used)
			memcpy(o->output + used, received->data.value.buffer.data, received->data.value.buffer.length);
		if (received->command_state != NULL)
			o->exit_code = received->exit_code;
	}
	if (flags & 1) {
		CHECK(!o->ended);
		o->ended = 1;
		o->code = error->code;
		pthread_cond_signal(&o->changed);
	}
	pthread_mutex_unlock(&o->lock);
}

static wsman_async begin(operation *o)
{
	wsman_async async = {(uintptr_t)o, complete};

	memset(o, 0, sizeof *o);
	pthread_mutex_init(&o->lock, NULL);
	pthread_cond_init(&o->changed, NULL);
	return async;
}

static uint32_t wait_for(operation *o)
{
	pthread_mutex_lock(&o->lock);
	while (!o->ended)
		pthread_cond_wait(&o->changed, &o->lock);
	pthread_mutex_unlock(&o->lock);
	return o->code;
}

// utf16 is for texts of ASCII. They are freed at the end of the process.
static const wsman_char *utf16(const char *s)
{
	static wsman_char texts[64][1024];
	static int next;
	wsman_char *t = texts[next++ % 64];
	size_t i;

	for (i = 0; s[i] != 0; i++)
		t[i] = (unsigned char)s[i];
	t[i] = 0;
	return t;
}

static void set(wsman_handle session, uint32_t option, uint32_t value)
{
	wsman_data d = {WSMAN_DATA_DWORD, {.number = value}};

	CHECK(WSManSetSessionOption(session, option, &d) == 0);
}

static wsman_handle open_session(wsman_handle api, const char *url, const char *user, const char *password)
{
	wsman_credentials who = {8, utf16(user), utf16(password)};
	wsman_handle session = 0;

	CHECK(WSManCreateSession(api, utf16(url), 0, &who, NULL, &session) == 0);
	set(session, 20, 1); // in clear
	return session;
}

// use runs a command, gives it input, and takes its output.
static void use(wsman_handle session)
{
	operation create, run, send, receive, signal, close, end;
	wsman_async a = begin(&create);
	wsman_handle shell = 0, command = 0, sending = 0, receiving = 0, signalling = 0;
	wsman_data input = {WSMAN_DATA_BINARY, {.buffer = {6, "hello\n"}}};

	WSManCreateShell(session, 0, utf16("http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"), NULL, NULL, NULL, &a, &shell);
	CHECK(shell != 0 && wait_for(&create) == 0);
	a = begin(&run);
	WSManRunShellCommand(shell, 0, utf16("read line; echo got $line; exit 3"), NULL, NULL, &a, &command);
	CHECK(command != 0 && wait_for(&run) == 0);
	a = begin(&receive);
	WSManReceiveShellOutput(shell, command, 0, NULL, &a, &receiving);
	a = begin(&send);
	WSManSendShellInput(shell, command, 0, utf16("stdin"), &input, 1, &a, &sending);
	CHECK(wait_for(&send) == 0);
	CHECK(WSManCloseOperation(sending, 0) == 0);
	CHECK(wait_for(&receive) == 0);
	CHECK(strcmp(receive.output, "got hello\n") == 0 && receive.exit_code == 3);
	CHECK(WSManCloseOperation(receiving, 0) == 0);
	a = begin(&end);
	WSManCloseCommand(command, 0, &a);
	CHECK(wait_for(&end) == 0);

	// One that is still under way when its shell is closed.
	a = begin(&run);
	WSManRunShellCommand(shell, 0, utf16("sleep 1000"), NULL, NULL, &a, &command);
	CHECK(wait_for(&run) == 0);
	a = begin(&receive);
	WSManReceiveShellOutput(shell, command, 0, NULL, &a, &receiving);
	a = begin(&signal);
	WSManSignalShell(shell, 12345, 0, utf16("x"), &a, &signalling);
	CHECK(wait_for(&signal) == 6); // there is no such command
	a = begin(&close);
	WSManCloseShell(shell, 0, &a);
	CHECK(wait_for(&close) == 0);
	CHECK(receive.ended && receive.code == 995);
}

// fail asks for what cannot be had.
static void fail(wsman_handle api, wsman_handle session)
{
	operation o;
	wsman_async a = begin(&o);
	wsman_handle shell = 0;
	uint32_t used = 0;
	wsman_char *message;

	WSManCreateShell(session, 0, utf16("http://schemas.microsoft.com/powershell/nosuch"), NULL, NULL, NULL, &a, &shell);
	CHECK(wait_for(&o) == 0x80338002);
	a = begin(&o);
	WSManCloseShell(shell, 0, &a);
	CHECK(wait_for(&o) == 0);
	CHECK(WSManCloseOperation(shell, 0) == 6);
	CHECK(WSManGetErrorMessage(api, 0, NULL, 0x80338012, 0, NULL, &used) == 122 && used > 1);
	message = calloc(used, 2);
	CHECK(WSManGetErrorMessage(api, 0, NULL, 0x80338012, used, message, &used) == 0 && message[used - 1] == 0);
	free(message);
	CHECK(WSManGetSessionOptionAsString(session, 30, 0, NULL, &used) == 0x803381AA);
}

// ask hands a document to WinRMDInvoke.
static void ask(void)
{
	wsman_char *answer = NULL;

	CHECK(WinRMDInvoke(utf16("<Invocation Action=\"nosuch\"/>"), &answer) == 0 && answer != NULL);
	CHECK(answer[1] == 'E'); // <Error
	WinRMDFree(answer);
}

int main(int count, char **arguments)
{
	wsman_handle api = 0;
	uint32_t size = 0;
	int round;

	CHECK(count == 6);
	load(arguments[1]);
	for (round = 0; round < atoi(arguments[5]); round++) {
		wsman_handle session;

		CHECK(WSManInitialize(1, &api) == 0);
		session = open_session(api, arguments[2], arguments[3], arguments[4]);
		CHECK(WSManGetSessionOptionAsDword(session, 29, &size) == 0 && size > 0);
		use(session);
		fail(api, session);
		ask();
		if (round % 2 == 0)
			CHECK(WSManCloseSession(session, 0) == 0);
		CHECK(WSManDeinitialize(api, 0) == 0); // with what is still open
		CHECK(WinRMDCount() == 0);
	}
	puts("nothing is left");
	return 0;
}
