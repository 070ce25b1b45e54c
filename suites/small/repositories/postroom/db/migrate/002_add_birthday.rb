Sequel.migration do
  change { add_column :members, :birthday, Date }
end
