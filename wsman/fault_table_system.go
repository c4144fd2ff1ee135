package wsman

// systemFaults are Windows' own errors.
var systemFaults = map[FaultCode]faultKind{
	CodeAccessDenied: sender("ERROR_ACCESS_DENIED", subAccessDenied,
		"Access is denied. "),
	CodeInvalidParameter: detailed("ERROR_INVALID_PARAMETER", subInvalidParameter, "InvalidValue",
		"The parameter is incorrect. "),
	CodeOperationAborted: internalError("ERROR_OPERATION_ABORTED",
		"The operation was ended before it was complete."),
	CodeShutdownInProgress: internalError("ERROR_SHUTDOWN_IN_PROGRESS",
		"The service is shutting down."),
	CodeInternalError: internalError("ERROR_INTERNAL_ERROR",
		"An internal error occurred. The log of the service says more."),
	CodeFileNotFound: internalError("ERROR_FILE_NOT_FOUND",
		"The system cannot find the file specified. "),
	CodeNotEnoughQuota: internalError("ERROR_NOT_ENOUGH_QUOTA",
		"Not enough quota is available to process this command."),
	CodeFilenameTooLong: internalError("ERROR_FILENAME_EXCED_RANGE",
		"The filename or extension is too long. "),
}

// pluginFaults are those of the PowerShell plug-in; their names are those of
// its source.
var pluginFaults = map[FaultCode]faultKind{
	CodePluginNullContext:           internalError("NullPluginContext", "The plug-in got no context."),
	CodePluginContextNotFound:       internalError("PluginContextNotFound", "The plug-in does not know the context."),
	CodePluginInvalidInput:          internalError("NullInvalidInput", "The plug-in got no input, or input that is not valid."),
	CodePluginInvalidStreamSets:     internalError("NullInvalidStreamSets", "The shell's input streams must be \"stdin pr\" and its output streams \"stdout\"."),
	CodePluginSessionCreationFailed: internalError("SessionCreationFailed", "The PowerShell session could not be created."),
	CodePluginNullShell:             internalError("NullShellContext", "The request names no shell."),
	CodePluginInvalidShell:          internalError("InvalidShellContext", "The request names a shell that is not valid."),
	CodePluginInvalidCommand:        internalError("InvalidCommandContext", "The request names a command that is not valid."),
	CodePluginInvalidInputStream:    internalError("InvalidInputStream", "Input must be on the stream stdin or pr."),
	CodePluginInvalidInputType:      internalError("InvalidInputDatatype", "Input must be binary data."),
	CodePluginInvalidOutputStream:   internalError("InvalidOutputStream", "Output can be received from the one stream stdout only."),
	CodePluginInvalidSender:         internalError("InvalidSenderDetails", "It is not known who sent the request."),
	CodePluginShutdownRegistration:  internalError("ShutdownRegistrationFailed", "The plug-in could not register for shutdown."),
	CodePluginReportContext:         internalError("ReportContextFailed", "The plug-in could not report its context."),
	CodePluginInvalidArguments:      internalError("InvalidArgSet", "A PowerShell command must have exactly one argument."),
	CodePluginProtocolVersion:       internalError("ProtocolVersionNotMatch", "The client's version of the PowerShell Remoting Protocol is not supported."),
	CodePluginOptionNotUnderstood:   internalError("OptionNotUnderstood", "An option that must be complied with is not understood."),
	CodePluginVersionOptionMissing:  internalError("ProtocolVersionNotFound", "The option protocolversion is missing."),
	CodePluginManagedException:      internalError("ManagedException", "The PowerShell engine failed."),
	CodePluginOperationClose:        internalError("PluginOperationClose", "The operation was closed."),
	CodePluginConnectNoNegotiation:  internalError("PluginConnectNoNegotiationData", "The Connect has no connectXml."),
	CodePluginConnectFailed:         internalError("PluginConnectOperationFailed", "The client could not be connected to the PowerShell session."),
}
