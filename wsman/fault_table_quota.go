package wsman

// quotaFaults are about quotas. The message of a fault should name the quota's
// value and, for those of a session configuration, the configuration.
var quotaFaults = map[FaultCode]faultKind{
	CodeQuotaMaxShells: sender("ERROR_WSMAN_QUOTA_MAX_SHELLS", subQuotaLimit,
		"The WS-Management service cannot process the request. The maximum number of concurrent shells for this user has been exceeded. Close existing shells or raise the quota for this user. "),
	CodeQuotaMaxOperations: sender("ERROR_WSMAN_QUOTA_MAX_OPERATIONS", subQuotaLimit,
		"The maximum number of concurrent operations for this user has been exceeded. Close existing operations or raise the quota for this user."),
	CodeQuotaUser: sender("ERROR_WSMAN_QUOTA_USER", subQuotaLimit,
		"A quota of this user has been exceeded. Wait, or raise the quota."),
	CodeQuotaSystem: sender("ERROR_WSMAN_QUOTA_SYSTEM", subQuotaLimit,
		"The service is at its limit of requests. Try again later."),
	CodeQuotaMaxShellUsers: sender("ERROR_WSMAN_QUOTA_MAX_SHELLUSERS", subQuotaLimit,
		"The maximum number of users with shells has been reached. Try again later, or raise the quota."),
	CodeQuotaMaxShellsPPQ: sender("ERROR_WSMAN_QUOTA_MAX_SHELLS_PPQ", subQuotaLimit,
		"The maximum number of concurrent shells for this user in this session configuration has been exceeded. Close existing shells or raise the quota."),
	CodeQuotaMaxUsersPPQ: sender("ERROR_WSMAN_QUOTA_MAX_USERS_PPQ", subQuotaLimit,
		"The maximum number of concurrent users of this session configuration has been reached. Try again later, or raise the quota."),
	CodeQuotaMaxPluginShellsPPQ: sender("ERROR_WSMAN_QUOTA_MAX_PLUGINSHELLS_PPQ", subQuotaLimit,
		"The maximum number of concurrent shells in this session configuration has been reached. Close existing shells or raise the quota."),
	CodeQuotaMaxPluginOpsPPQ: sender("ERROR_WSMAN_QUOTA_MAX_PLUGINOPERATIONS_PPQ", subQuotaLimit,
		"The maximum number of concurrent operations in this session configuration has been reached. Try again later, or raise the quota."),
	CodeQuotaMaxOperationsUserPPQ: sender("ERROR_WSMAN_QUOTA_MAX_OPERATIONS_USER_PPQ", subQuotaLimit,
		"The maximum number of concurrent operations for this user in this session configuration has been reached. Try again later, or raise the quota."),
	CodeQuotaMaxCommandsPerShellPPQ: sender("ERROR_WSMAN_QUOTA_MAX_COMMANDS_PER_SHELL_PPQ", subQuotaLimit,
		"The maximum number of concurrent commands in this shell has been reached. End commands or raise the quota."),
}
