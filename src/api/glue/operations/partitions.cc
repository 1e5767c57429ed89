// Partitions and their indexes: the operations with the resources that they touch.
#include "api/glue/operations/bind.h"

namespace tarn::api::glue {

Rows PartitionRows() {
  return {
      TARN_GLUE_OPERATION(BatchCreatePartition, kTable),
      TARN_GLUE_OPERATION(BatchDeletePartition, kTable),
      TARN_GLUE_OPERATION(BatchGetPartition, kTable),
      TARN_GLUE_OPERATION(BatchUpdatePartition, kTable),
      TARN_GLUE_OPERATION(CreatePartition, kTable),
      TARN_GLUE_OPERATION(CreatePartitionIndex, kTable),
      TARN_GLUE_OPERATION(DeletePartition, kTable),
      TARN_GLUE_OPERATION(DeletePartitionIndex, kTable),
      TARN_GLUE_OPERATION(GetPartition, kTable),
      TARN_GLUE_CATALOG_OPERATION(GetPartitionIndexes, kTable),
      TARN_GLUE_CATALOG_OPERATION(GetPartitions, kTable, kLong),
      TARN_GLUE_OPERATION(UpdatePartition, kTable),
  };
}

}  // namespace tarn::api::glue
