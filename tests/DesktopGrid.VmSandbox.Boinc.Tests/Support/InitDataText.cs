namespace DesktopGrid.VmSandbox.Boinc.Tests.Support;

/// <summary>An init_data.xml as client 7.20.5 writes it, with the account's data in it.</summary>
internal static class InitDataText
{
    public const string Authenticator = "0123456789abcdef0123456789abcdef";

    public static string Of(string projectDirectory = "/data/projects/example.org", string dataDirectory = "/data", int clientProcess = 0, string more = "") => $"""
        <app_init_data>
        <major_version>7</major_version>
        <minor_version>20</minor_version>
        <release>5</release>
        <app_version>100</app_version>
        <userid>17</userid>
        <teamid>3</teamid>
        <hostid>42</hostid>
        <app_name>docking</app_name>
        <user_name>Ada L.</user_name>
        <team_name>The Difference Engineers</team_name>
        <project_preferences>
        <color>blue & green</color>
        </project_preferences>
        <project_dir>{projectDirectory}</project_dir>
        <boinc_dir>{dataDirectory}</boinc_dir>
        <authenticator>{Authenticator}</authenticator>
        <wu_name>wu_1</wu_name>
        <result_name>wu_1_0</result_name>
        <shm_key>-1</shm_key>
        <slot>0</slot>
        <client_pid>{clientProcess}</client_pid>
        <wu_cpu_time>12.500000</wu_cpu_time>
        <starting_elapsed_time>20.250000</starting_elapsed_time>
        <using_sandbox>0</using_sandbox>
        <vm_extensions_disabled>0</vm_extensions_disabled>
        <user_total_credit>1234.000000</user_total_credit>
        <checkpoint_period>60.000000</checkpoint_period>
        <fraction_done_start>0.000000</fraction_done_start>
        <fraction_done_end>1.000000</fraction_done_end>
        <gpu_type></gpu_type>
        <gpu_device_num>-1</gpu_device_num>
        <ncpus>1.000000</ncpus>
        <rsc_fpops_est>1000000000000.000000</rsc_fpops_est>
        <rsc_fpops_bound>1000000000000000.000000</rsc_fpops_bound>
        <rsc_memory_bound>134217728.000000</rsc_memory_bound>
        <rsc_disk_bound>100000000.000000</rsc_disk_bound>
        <computation_deadline>1790000000.000000</computation_deadline>
        <host_info>
            <domain_name>kitchen-pc</domain_name>
            <ip_addr>192.168.1.7</ip_addr>
            <host_cpid>fedcba98</host_cpid>
            <p_ncpus>8</p_ncpus>
        </host_info>
        <global_preferences>
            <source_project>http://example.org/</source_project>
        </global_preferences>
        <app_file>docking_1.00</app_file>
        <app_file>docking_job.xml</app_file>
        {more}
        </app_init_data>

        """;
}
