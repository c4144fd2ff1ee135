package interop

// The WSManFault codes that clients look at.
const (
	accessDenied               = 5
	invalidResourceURI         = 0x80338002
	operationTimedOut          = 0x80338029
	malformedResourceURI       = 0x8033803B
	unexpectedSelectors        = 0x8033805B
	shellDisconnected          = 0x803381C4
	disconnectNotSupported     = 0x803381C5
	connectedToDifferentClient = 0x803381CD
	idleTimeoutOutOfBounds     = 0x803381F2
)

// The exceptions of the clients.
const (
	pypsrpFault          = "WSManFaultError"
	pypsrpBroken         = "InvalidPSRPOperation"
	pypsrpAuthentication = "AuthenticationError"
)
