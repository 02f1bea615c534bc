"""Types of resources that keep data or run something, by the documentation of their providers.

A type that is not here may keep data too: nothing is said of it.
"""

from __future__ import annotations

DATA_STORES = frozenset(
    """
    alicloud_db_instance alicloud_disk alicloud_mongodb_instance alicloud_nas_file_system
    alicloud_oss_bucket
    aws_backup_vault aws_cognito_user_pool aws_db_instance aws_docdb_cluster
    aws_docdbelastic_cluster aws_dynamodb_global_table aws_dynamodb_table aws_ebs_volume
    aws_ecr_repository aws_efs_file_system aws_elasticsearch_domain aws_fsx_lustre_file_system
    aws_fsx_ontap_file_system aws_fsx_openzfs_file_system aws_fsx_windows_file_system
    aws_glacier_vault aws_keyspaces_table aws_lightsail_database aws_lightsail_disk
    aws_memorydb_cluster aws_msk_cluster aws_neptune_cluster aws_neptunegraph_graph
    aws_opensearch_domain aws_opensearchserverless_collection aws_qldb_ledger aws_rds_cluster
    aws_redshift_cluster aws_redshiftserverless_namespace aws_s3_bucket aws_s3_directory_bucket
    aws_secretsmanager_secret aws_timestreamwrite_table
    azurerm_container_registry azurerm_cosmosdb_account azurerm_cosmosdb_postgresql_cluster
    azurerm_data_protection_backup_vault azurerm_key_vault azurerm_kusto_database
    azurerm_managed_disk azurerm_mariadb_server azurerm_mongo_cluster azurerm_mssql_database
    azurerm_mssql_managed_database azurerm_mssql_managed_instance azurerm_mysql_flexible_server
    azurerm_mysql_server azurerm_netapp_volume azurerm_postgresql_flexible_server
    azurerm_postgresql_server azurerm_recovery_services_vault azurerm_sql_database
    azurerm_storage_account azurerm_storage_container azurerm_storage_data_lake_gen2_filesystem
    azurerm_storage_share azurerm_synapse_sql_pool
    cloudflare_d1_database cloudflare_r2_bucket cloudflare_workers_kv_namespace
    digitalocean_database_cluster digitalocean_spaces_bucket digitalocean_volume
    docker_volume
    exoscale_block_storage_volume exoscale_database
    flexibleengine_blockstorage_volume_v2 flexibleengine_rds_instance_v3
    google_alloydb_cluster google_artifact_registry_repository google_backup_dr_backup_vault
    google_bigquery_dataset google_bigquery_table google_bigtable_instance google_compute_disk
    google_compute_region_disk google_filestore_instance google_firestore_database
    google_netapp_volume google_secret_manager_secret google_spanner_database
    google_sql_database_instance google_storage_bucket
    hcloud_volume
    ibm_cos_bucket ibm_database ibm_is_volume
    kubernetes_persistent_volume kubernetes_persistent_volume_claim
    kubernetes_persistent_volume_claim_v1 kubernetes_persistent_volume_v1
    linode_database_mysql linode_database_mysql_v2 linode_database_postgresql
    linode_database_postgresql_v2 linode_object_storage_bucket linode_volume
    minio_s3_bucket
    mongodbatlas_advanced_cluster mongodbatlas_cluster
    nomad_csi_volume
    oci_core_boot_volume oci_core_volume oci_database_autonomous_database oci_database_db_system
    oci_file_storage_file_system oci_mysql_mysql_db_system oci_objectstorage_bucket
    oci_psql_db_system
    openstack_blockstorage_volume_v2 openstack_blockstorage_volume_v3 openstack_db_instance_v1
    openstack_objectstorage_container_v1 openstack_sharedfilesystem_share_v2
    ovh_cloud_project_database ovh_cloud_project_volume
    scaleway_block_volume scaleway_file_filesystem scaleway_instance_volume
    scaleway_mongodb_instance scaleway_object_bucket scaleway_rdb_instance
    upcloud_managed_database_mysql upcloud_managed_database_postgresql
    upcloud_managed_object_storage upcloud_storage
    vsphere_virtual_disk
    vultr_block_storage vultr_database vultr_object_storage
    """.split()  # noqa: SIM905 (a list of quoted names would be three times as long)
)

RUNNING = frozenset(
    """
    alicloud_cs_managed_kubernetes alicloud_instance
    aws_autoscaling_group aws_db_proxy aws_docdb_cluster_instance aws_ecs_cluster aws_ecs_service
    aws_eks_cluster aws_eks_node_group aws_elasticache_cluster aws_elasticache_replication_group
    aws_emr_cluster aws_instance aws_lambda_function aws_lightsail_instance aws_mq_broker
    aws_neptune_cluster_instance aws_rds_cluster_instance aws_spot_instance_request
    azurerm_app_service azurerm_container_app azurerm_container_group azurerm_function_app
    azurerm_kubernetes_cluster azurerm_kubernetes_cluster_node_pool azurerm_linux_function_app
    azurerm_linux_virtual_machine azurerm_linux_virtual_machine_scale_set azurerm_linux_web_app
    azurerm_redis_cache azurerm_virtual_machine azurerm_windows_function_app
    azurerm_windows_virtual_machine azurerm_windows_virtual_machine_scale_set
    azurerm_windows_web_app
    digitalocean_app digitalocean_droplet digitalocean_kubernetes_cluster
    docker_container docker_service
    exoscale_compute_instance exoscale_sks_cluster
    google_app_engine_flexible_app_version google_cloud_run_service google_cloud_run_v2_service
    google_cloudfunctions2_function google_cloudfunctions_function google_compute_instance
    google_compute_instance_group_manager google_compute_region_instance_group_manager
    google_container_cluster google_container_node_pool google_redis_instance
    hcloud_server
    helm_release
    ibm_container_vpc_cluster ibm_is_instance
    kubernetes_cron_job_v1 kubernetes_daemon_set_v1 kubernetes_daemonset kubernetes_deployment
    kubernetes_deployment_v1 kubernetes_job kubernetes_job_v1 kubernetes_pod kubernetes_pod_v1
    kubernetes_stateful_set kubernetes_stateful_set_v1
    libvirt_domain
    linode_instance linode_lke_cluster
    lxd_instance
    nomad_job
    oci_containerengine_cluster oci_core_instance
    openstack_compute_instance_v2 openstack_containerinfra_cluster_v1
    ovh_cloud_project_kube
    proxmox_lxc proxmox_virtual_environment_container proxmox_virtual_environment_vm
    proxmox_vm_qemu
    scaleway_container scaleway_instance_server scaleway_k8s_cluster
    upcloud_kubernetes_cluster upcloud_server
    vsphere_virtual_machine
    vultr_instance vultr_kubernetes
    """.split()  # noqa: SIM905 (a list of quoted names would be three times as long)
)
"""Servers, clusters and what else runs by itself, and is brought back by itself."""
