"""Types of resources that keep data, by the documentation of their providers.

A type that is not here may keep data too: nothing is said of it.
"""

from __future__ import annotations

DATA_STORES = frozenset(
    """
    aws_backup_vault aws_db_instance aws_docdb_cluster aws_dynamodb_table aws_ebs_volume
    aws_efs_file_system aws_elasticsearch_domain aws_fsx_lustre_file_system
    aws_fsx_ontap_file_system aws_fsx_windows_file_system aws_keyspaces_table aws_neptune_cluster
    aws_opensearch_domain aws_rds_cluster aws_redshift_cluster aws_s3_bucket
    aws_secretsmanager_secret aws_timestreamwrite_table
    azurerm_cosmosdb_account azurerm_key_vault azurerm_managed_disk azurerm_mssql_database
    azurerm_mysql_flexible_server azurerm_netapp_volume azurerm_postgresql_flexible_server
    azurerm_storage_account azurerm_storage_container azurerm_storage_share
    digitalocean_database_cluster digitalocean_spaces_bucket digitalocean_volume
    docker_volume
    google_alloydb_cluster google_bigquery_dataset google_bigtable_instance google_compute_disk
    google_filestore_instance google_firestore_database google_secret_manager_secret
    google_spanner_database google_sql_database_instance google_storage_bucket
    hcloud_volume
    kubernetes_persistent_volume kubernetes_persistent_volume_claim
    kubernetes_persistent_volume_claim_v1 kubernetes_persistent_volume_v1
    linode_database_mysql_v2 linode_database_postgresql_v2 linode_object_storage_bucket
    linode_volume
    openstack_blockstorage_volume_v3 openstack_db_instance_v1
    openstack_objectstorage_container_v1
    """.split()  # noqa: SIM905 (a list of quoted names would be three times as long)
)
