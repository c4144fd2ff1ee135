package main

import "github.com/spf13/cobra"

func quickstartCommand() *cobra.Command { return &cobra.Command{Use: "quickstart", Hidden: true} }
