"""Types of resources that keep data, by the documentation of their providers.

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
