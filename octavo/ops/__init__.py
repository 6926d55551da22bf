"""Pure functions on tensors, each fast form beside its plain one."""
